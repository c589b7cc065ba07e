-- DropIndex
DROP INDEX "finding_scope_check_subject_key";

-- AlterTable
ALTER TABLE "finding" ADD COLUMN     "alias" TEXT NOT NULL DEFAULT '';

-- CreateIndex
CREATE UNIQUE INDEX "finding_scope_check_alias_subject_key" ON "finding"("scope", "check", "alias", "subject");
