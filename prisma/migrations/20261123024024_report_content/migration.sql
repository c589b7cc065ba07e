-- DropIndex
DROP INDEX "dmarc_report_reporter_report_id_policy_domain_begins_at_end_key";

-- AlterTable
ALTER TABLE "dmarc_report" ADD COLUMN     "content_sha256" TEXT NOT NULL DEFAULT '';

-- CreateIndex
CREATE UNIQUE INDEX "dmarc_report_reporter_report_id_policy_domain_begins_at_end_key" ON "dmarc_report"("reporter", "report_id", "policy_domain", "begins_at", "ends_at", "content_sha256");
