-- CreateTable
CREATE TABLE "tls_report" (
    "id" UUID NOT NULL,
    "file_id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "policy_domain" TEXT NOT NULL,
    "organization" TEXT NOT NULL,
    "report_id" TEXT NOT NULL,
    "begins_at" TIMESTAMPTZ NOT NULL,
    "ends_at" TIMESTAMPTZ NOT NULL,
    "success_count" BIGINT NOT NULL,
    "failure_count" BIGINT NOT NULL,
    "policies" JSONB NOT NULL,

    CONSTRAINT "tls_report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "failure_report" (
    "id" UUID NOT NULL,
    "file_id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL,
    "source_ip" TEXT,
    "auth_failure" TEXT,
    "detail" JSONB NOT NULL,

    CONSTRAINT "failure_report_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "tls_report_domain_id_ends_at_idx" ON "tls_report"("domain_id", "ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "tls_report_organization_report_id_policy_domain_begins_at_e_key" ON "tls_report"("organization", "report_id", "policy_domain", "begins_at", "ends_at");

-- CreateIndex
CREATE INDEX "failure_report_domain_id_received_at_idx" ON "failure_report"("domain_id", "received_at");

-- AddForeignKey
ALTER TABLE "tls_report" ADD CONSTRAINT "tls_report_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "report_file"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tls_report" ADD CONSTRAINT "tls_report_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "failure_report" ADD CONSTRAINT "failure_report_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "report_file"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "failure_report" ADD CONSTRAINT "failure_report_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;
