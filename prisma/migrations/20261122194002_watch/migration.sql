-- AlterTable
ALTER TABLE "domain" ADD COLUMN     "checked_at" TIMESTAMPTZ;

-- AlterTable
ALTER TABLE "finding" ADD COLUMN     "acknowledged_level" TEXT;

-- AlterTable
ALTER TABLE "alert_target" ADD COLUMN     "credential_id" UUID,
ADD COLUMN     "is_private" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "node" ADD COLUMN     "checked_at" TIMESTAMPTZ,
ADD COLUMN     "next_check_at" TIMESTAMPTZ;

-- CreateIndex
CREATE INDEX "finding_change_at_idx" ON "finding_change"("at");

-- AddForeignKey
ALTER TABLE "alert_target" ADD CONSTRAINT "alert_target_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "credential"("id") ON DELETE SET NULL ON UPDATE CASCADE;
