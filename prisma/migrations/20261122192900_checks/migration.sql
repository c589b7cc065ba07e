-- AlterTable
ALTER TABLE "domain" ADD COLUMN     "dns_policy" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "key_publishing" TEXT NOT NULL DEFAULT 'direct',
ADD COLUMN     "key_rotation_days" INTEGER DEFAULT 180,
ADD COLUMN     "next_check_at" TIMESTAMPTZ,
ADD COLUMN     "next_rotation_at" TIMESTAMPTZ,
ADD COLUMN     "onboarded_at" TIMESTAMPTZ;

-- AlterTable
ALTER TABLE "dkim_key" ADD COLUMN     "flags" TEXT[],
ADD COLUMN     "is_imported" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "is_spare" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "slot" TEXT;

-- CreateTable
CREATE TABLE "dns_plan" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "edits" JSONB NOT NULL DEFAULT '[]',
    "words" TEXT NOT NULL DEFAULT '',
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "confirmed_at" TIMESTAMPTZ,
    "finished_at" TIMESTAMPTZ,

    CONSTRAINT "dns_plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "finding" (
    "id" UUID NOT NULL,
    "domain_id" UUID,
    "node_id" UUID,
    "scope" TEXT NOT NULL,
    "check" TEXT NOT NULL,
    "subject" TEXT NOT NULL DEFAULT '',
    "level" TEXT NOT NULL,
    "found" TEXT[],
    "expected" TEXT[],
    "values" JSONB NOT NULL DEFAULT '{}',
    "since" TIMESTAMPTZ NOT NULL,
    "checked_at" TIMESTAMPTZ NOT NULL,
    "acknowledged_at" TIMESTAMPTZ,
    "acknowledged_by" TEXT,
    "acknowledged_until" TIMESTAMPTZ,
    "acknowledged_as" TEXT,
    "acknowledge_reason" TEXT NOT NULL DEFAULT '',
    "alerted_level" TEXT,

    CONSTRAINT "finding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "finding_change" (
    "id" UUID NOT NULL,
    "finding_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "level" TEXT NOT NULL,
    "found" TEXT[],

    CONSTRAINT "finding_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_target" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "secret_sealed" TEXT,
    "language" TEXT NOT NULL DEFAULT 'en',
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_at" TIMESTAMPTZ,
    "last_error" TEXT,

    CONSTRAINT "alert_target_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert" (
    "id" UUID NOT NULL,
    "target_id" UUID NOT NULL,
    "content" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "try_after" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "dns_plan_domain_id_created_at_idx" ON "dns_plan"("domain_id", "created_at");

-- CreateIndex
CREATE INDEX "finding_domain_id_idx" ON "finding"("domain_id");

-- CreateIndex
CREATE INDEX "finding_node_id_idx" ON "finding"("node_id");

-- CreateIndex
CREATE INDEX "finding_level_idx" ON "finding"("level");

-- CreateIndex
CREATE UNIQUE INDEX "finding_scope_check_subject_key" ON "finding"("scope", "check", "subject");

-- CreateIndex
CREATE INDEX "finding_change_finding_id_at_idx" ON "finding_change"("finding_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "alert_target_kind_destination_key" ON "alert_target"("kind", "destination");

-- CreateIndex
CREATE INDEX "alert_sent_at_try_after_idx" ON "alert"("sent_at", "try_after");

-- CreateIndex
CREATE INDEX "domain_next_check_at_idx" ON "domain"("next_check_at");

-- CreateIndex
CREATE INDEX "domain_next_rotation_at_idx" ON "domain"("next_rotation_at");

-- AddForeignKey
ALTER TABLE "dns_plan" ADD CONSTRAINT "dns_plan_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding" ADD CONSTRAINT "finding_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding" ADD CONSTRAINT "finding_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding_change" ADD CONSTRAINT "finding_change_finding_id_fkey" FOREIGN KEY ("finding_id") REFERENCES "finding"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert" ADD CONSTRAINT "alert_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "alert_target"("id") ON DELETE CASCADE ON UPDATE CASCADE;
