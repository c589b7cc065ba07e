# Panel, worker and command line: one image, one program each (see docker-compose.yml).
FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1 PRISMA_SCHEMA_ENGINE_BINARY=/bin/true
COPY package.json package-lock.json ./
RUN npm install --no-audit --no-fund
COPY . .
RUN npx prisma generate \
    && DATABASE_URL=postgresql://build POSTHOUSE_SECRET=only-while-building-0123456789abcdef npx next build

FROM node:24-bookworm-slim
# nsupdate and lexicon (with what it needs for Route 53, and the list of public suffixes), for publishing DNS records.
RUN apt-get update && apt-get install -y --no-install-recommends bind9-dnsutils lexicon python3-boto3 publicsuffix && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
COPY --from=build /app /app
USER node
STOPSIGNAL SIGTERM
CMD ["node", "node_modules/next/dist/bin/next", "start", "--port", "3000"]
