-- AlterTable
ALTER TABLE "alert_target" ADD COLUMN     "digest_at" TIMESTAMPTZ,
ADD COLUMN     "wants_digest" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "report_file" ADD COLUMN     "attempts" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "sender_domain" TEXT,
ADD COLUMN     "trust" TEXT NOT NULL DEFAULT 'none',
ADD COLUMN     "trust_reason" TEXT;

-- CreateTable
CREATE TABLE "tls_day" (
    "domain_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "organization" TEXT NOT NULL,
    "success_count" BIGINT NOT NULL,
    "failure_count" BIGINT NOT NULL,
    "report_count" INTEGER NOT NULL,

    CONSTRAINT "tls_day_pkey" PRIMARY KEY ("domain_id","day","organization")
);

-- CreateTable
CREATE TABLE "tls_failure_day" (
    "domain_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "identity" TEXT NOT NULL,
    "organization" TEXT NOT NULL,
    "result_type" TEXT NOT NULL,
    "policy_type" TEXT NOT NULL,
    "policy" TEXT NOT NULL,
    "mx_host" TEXT NOT NULL,
    "sender_ip" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "session_count" BIGINT NOT NULL,

    CONSTRAINT "tls_failure_day_pkey" PRIMARY KEY ("domain_id","day","identity")
);

-- CreateTable
CREATE TABLE "report_mailbox" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "security" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "secret_sealed" TEXT NOT NULL,
    "credential_id" UUID,
    "folder" TEXT NOT NULL DEFAULT 'INBOX',
    "done_folder" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'new',
    "state_at" TIMESTAMPTZ,
    "problem" TEXT,
    "last_mail_at" TIMESTAMPTZ,
    "mail_count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "report_mailbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "source_name" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "match" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "is_ours" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "source_name_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sender_domain" (
    "name" TEXT NOT NULL,
    "exists" BOOLEAN NOT NULL,
    "checked_at" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "sender_domain_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "report_mailbox_host_username_folder_key" ON "report_mailbox"("host", "username", "folder");

-- CreateIndex
CREATE UNIQUE INDEX "source_name_domain_id_match_key" ON "source_name"("domain_id", "match");

-- CreateIndex
CREATE INDEX "sender_domain_checked_at_idx" ON "sender_domain"("checked_at");

-- AddForeignKey
ALTER TABLE "tls_day" ADD CONSTRAINT "tls_day_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tls_failure_day" ADD CONSTRAINT "tls_failure_day_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "report_mailbox" ADD CONSTRAINT "report_mailbox_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "credential"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "source_name" ADD CONSTRAINT "source_name_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Of all files the few whose mail is still to be verified.
CREATE INDEX "report_file_pending" ON "report_file"("id") WHERE "trust" = 'pending';
