-- DropIndex
DROP INDEX "dmarc_report_domain_id_ends_at_idx";

-- AlterTable
ALTER TABLE "dmarc_report" ADD COLUMN     "day" DATE,
ADD COLUMN     "trust" TEXT NOT NULL DEFAULT 'none';
UPDATE "dmarc_report" SET "day" = (("begins_at" + ("ends_at" - "begins_at") / 2) AT TIME ZONE 'UTC')::date;
ALTER TABLE "dmarc_report" ALTER COLUMN "day" SET NOT NULL;

-- CreateTable
CREATE TABLE "dmarc_day" (
    "domain_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "reporter" TEXT NOT NULL,
    "trust" TEXT NOT NULL,
    "is_dkim_aligned" BOOLEAN NOT NULL,
    "is_spf_aligned" BOOLEAN NOT NULL,
    "disposition" TEXT NOT NULL,
    "override" TEXT NOT NULL,
    "message_count" BIGINT NOT NULL,

    CONSTRAINT "dmarc_day_pkey" PRIMARY KEY ("domain_id","day","reporter","trust","is_dkim_aligned","is_spf_aligned","disposition","override")
);

-- CreateTable
CREATE TABLE "dmarc_source_day" (
    "domain_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "source_ip" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "trust" TEXT NOT NULL,
    "is_dkim_aligned" BOOLEAN NOT NULL,
    "is_spf_aligned" BOOLEAN NOT NULL,
    "disposition" TEXT NOT NULL,
    "override" TEXT NOT NULL,
    "header_from" TEXT NOT NULL,
    "dkim" TEXT[],
    "spf" TEXT NOT NULL,
    "message_count" BIGINT NOT NULL,

    CONSTRAINT "dmarc_source_day_pkey" PRIMARY KEY ("domain_id","day","source_ip","identity")
);

-- CreateIndex
CREATE INDEX "dmarc_source_day_source_ip_day_idx" ON "dmarc_source_day"("source_ip", "day");

-- CreateIndex
CREATE INDEX "dmarc_report_domain_id_day_idx" ON "dmarc_report"("domain_id", "day");

-- AddForeignKey
ALTER TABLE "dmarc_day" ADD CONSTRAINT "dmarc_day_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dmarc_source_day" ADD CONSTRAINT "dmarc_source_day_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rows of reports, a partition a month, so that old ones go as a whole (lib/dmarc/partitions.ts makes them).
CREATE TEMPORARY TABLE dmarc_row_before AS SELECT * FROM dmarc_row;
DROP TABLE "dmarc_row";
CREATE TABLE "dmarc_row" (
    "report_id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "position" INTEGER NOT NULL,
    "source_ip" TEXT NOT NULL,
    "message_count" BIGINT NOT NULL,
    "disposition" TEXT NOT NULL,
    "is_dkim_aligned" BOOLEAN NOT NULL,
    "is_spf_aligned" BOOLEAN NOT NULL,
    "header_from" TEXT NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "dmarc_row_pkey" PRIMARY KEY ("report_id","position","day")
) PARTITION BY RANGE ("day");
CREATE INDEX "dmarc_row_domain_id_source_ip_day_idx" ON "dmarc_row"("domain_id", "source_ip", "day");
ALTER TABLE "dmarc_row" ADD CONSTRAINT "dmarc_row_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "dmarc_report"("id") ON DELETE CASCADE ON UPDATE CASCADE;

DO $$
DECLARE month date;
BEGIN
  FOR month IN SELECT DISTINCT date_trunc('month', day)::date FROM dmarc_report LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF dmarc_row FOR VALUES FROM (%L) TO (%L)',
      'dmarc_row_' || to_char(month, 'YYYY_MM'), month, (month + interval '1 month')::date);
  END LOOP;
END $$;

INSERT INTO "dmarc_row" (report_id, domain_id, day, position, source_ip, message_count, disposition, is_dkim_aligned, is_spf_aligned, header_from, detail)
SELECT r.report_id, p.domain_id, p.day, r.position, r.source_ip, r.message_count, r.disposition, r.is_dkim_aligned, r.is_spf_aligned, r.header_from, r.detail
  FROM dmarc_row_before r JOIN dmarc_report p ON p.id = r.report_id;
DROP TABLE dmarc_row_before;

-- The sums of what is stored already, as lib/dmarc/roll-up.ts makes them.
CREATE TEMPORARY TABLE summed AS
SELECT r.*, p.reporter, p.trust,
       array_to_string(ARRAY(SELECT DISTINCT reason->>'type' COLLATE "C" AS type FROM jsonb_array_elements(r.detail->'reasons') reason ORDER BY type), ',') AS override,
       ARRAY(SELECT DISTINCT concat_ws(' ', one->>'result', one->>'domain', coalesce(one->>'selector', '')) COLLATE "C" AS text
               FROM jsonb_array_elements(r.detail->'dkimResults') one ORDER BY text LIMIT 10) AS dkim,
       coalesce((SELECT concat_ws(' ', one->>'result', one->>'domain') FROM jsonb_array_elements(r.detail->'spfResults') WITH ORDINALITY AS s(one, place)
                  ORDER BY coalesce(one->>'scope', '') = 'helo', place LIMIT 1), '') AS spf
  FROM dmarc_row r JOIN dmarc_report p ON p.id = r.report_id;

INSERT INTO dmarc_day SELECT domain_id, day, reporter, trust, is_dkim_aligned, is_spf_aligned, disposition, override, sum(message_count)
  FROM summed GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

INSERT INTO dmarc_source_day (domain_id, day, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf, message_count)
SELECT domain_id, day, source_ip,
       md5(concat_ws(E'\x1f', trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, array_to_string(dkim, E'\x1e'), spf)),
       trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf, sum(message_count)
  FROM summed GROUP BY 1, 2, 3, trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf;
DROP TABLE summed;
