-- AlterTable
ALTER TABLE "report_file" ADD COLUMN     "next_try_at" TIMESTAMPTZ;

-- AlterTable
ALTER TABLE "report_mailbox" ADD COLUMN     "held_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "problem_code" TEXT;

-- CreateIndex
CREATE INDEX "dmarc_report_file_id_idx" ON "dmarc_report"("file_id");

-- CreateIndex
CREATE INDEX "tls_report_file_id_idx" ON "tls_report"("file_id");

-- CreateIndex
CREATE INDEX "failure_report_file_id_idx" ON "failure_report"("file_id");

-- Of all files the few that the worker reads again.
CREATE INDEX "report_file_failed" ON "report_file"("next_try_at") WHERE "state" = 'failed' AND "next_try_at" IS NOT NULL;
