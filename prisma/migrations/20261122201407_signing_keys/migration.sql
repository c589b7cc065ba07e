-- DropIndex
DROP INDEX "dkim_key_domain_id_selector_key";

-- AlterTable
ALTER TABLE "domain" ADD COLUMN     "keeps_spare_key" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "signs_ed25519" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "dkim_key" ADD COLUMN     "compromised_at" TIMESTAMPTZ;

-- CreateIndex
CREATE INDEX "dkim_key_domain_id_idx" ON "dkim_key"("domain_id");

-- CreateIndex
CREATE INDEX "dkim_key_state_idx" ON "dkim_key"("state");

-- A slot of a delegated domain is used again and again, by one key at a time (MAIL rule 32).
CREATE UNIQUE INDEX "dkim_key_selector_in_use" ON "dkim_key"("domain_id", "selector") WHERE "state" <> 'removed';

-- Keys that sign already are replaced on the default schedule, counted from when they began.
UPDATE "domain" SET "next_rotation_at" = (
  SELECT max(k."activated_at") + "domain"."key_rotation_days" * interval '1 day'
    FROM "dkim_key" k WHERE k."domain_id" = "domain"."id" AND k."state" = 'active'
);
