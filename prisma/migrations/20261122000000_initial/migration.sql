-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "DomainKind" AS ENUM ('hosted', 'relayed', 'backup_mx');

-- CreateEnum
CREATE TYPE "SuspendMode" AS ENUM ('refuse', 'retry', 'deliver');

-- CreateEnum
CREATE TYPE "StorageFormat" AS ENUM ('maildir', 'mbox');

-- CreateEnum
CREATE TYPE "AddressOwner" AS ENUM ('mailbox', 'alias', 'list', 'reserved');

-- CreateEnum
CREATE TYPE "DkimKeyState" AS ENUM ('requested', 'generated', 'published', 'active', 'retiring', 'revoked', 'removed');

-- CreateEnum
CREATE TYPE "AdminRole" AS ENUM ('owner', 'operator', 'domain_admin', 'reader');

-- CreateTable
CREATE TABLE "domain" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "DomainKind" NOT NULL DEFAULT 'hosted',
    "home_node_id" UUID,
    "suspend_mode" "SuspendMode",
    "catch_all_target" TEXT,
    "postmaster_target" TEXT,
    "storage_format" "StorageFormat" NOT NULL DEFAULT 'maildir',
    "default_quota_bytes" BIGINT NOT NULL DEFAULT 5368709120,
    "max_mailboxes" INTEGER,
    "max_aliases" INTEGER,
    "max_quota_bytes" BIGINT,
    "description" TEXT NOT NULL DEFAULT '',
    "tags" TEXT[],
    "mailbox_count" INTEGER NOT NULL DEFAULT 0,
    "alias_count" INTEGER NOT NULL DEFAULT 0,
    "dns_provider_id" UUID,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "domain_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "domain_alias" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "domain_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ,

    CONSTRAINT "domain_alias_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hosted_name" (
    "name" TEXT NOT NULL,
    "domain_id" UUID,
    "domain_alias_id" UUID,

    CONSTRAINT "hosted_name_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "address" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "local_part" TEXT NOT NULL,
    "owner" "AddressOwner" NOT NULL,
    "tombstone_until" TIMESTAMPTZ,

    CONSTRAINT "address_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mailbox" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "address_id" UUID NOT NULL,
    "storage_id" TEXT NOT NULL,
    "storage_format" "StorageFormat" NOT NULL DEFAULT 'maildir',
    "name" TEXT NOT NULL DEFAULT '',
    "password_hash" TEXT NOT NULL,
    "quota_bytes" BIGINT NOT NULL,
    "is_imap_enabled" BOOLEAN NOT NULL DEFAULT true,
    "is_pop3_enabled" BOOLEAN NOT NULL DEFAULT true,
    "is_submission_enabled" BOOLEAN NOT NULL DEFAULT true,
    "is_sieve_enabled" BOOLEAN NOT NULL DEFAULT true,
    "is_send_only" BOOLEAN NOT NULL DEFAULT false,
    "forward_targets" TEXT[],
    "forward_keeps_copy" BOOLEAN NOT NULL DEFAULT true,
    "disabled_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "mailbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credential" (
    "id" UUID NOT NULL,
    "mailbox_id" UUID NOT NULL,
    "login" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "services" TEXT[],
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ,
    "last_used_at" TIMESTAMPTZ,

    CONSTRAINT "credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sender_grant" (
    "mailbox_id" UUID NOT NULL,
    "sender" TEXT NOT NULL,

    CONSTRAINT "sender_grant_pkey" PRIMARY KEY ("mailbox_id","sender")
);

-- CreateTable
CREATE TABLE "alias" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "address_id" UUID NOT NULL,
    "is_internal_only" BOOLEAN NOT NULL DEFAULT false,
    "allows_sending" BOOLEAN NOT NULL DEFAULT true,
    "note" TEXT NOT NULL DEFAULT '',
    "expires_at" TIMESTAMPTZ,
    "disabled_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "alias_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alias_target" (
    "alias_id" UUID NOT NULL,
    "target" TEXT NOT NULL,

    CONSTRAINT "alias_target_pkey" PRIMARY KEY ("alias_id","target")
);

-- CreateTable
CREATE TABLE "dkim_key" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "selector" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL DEFAULT 'rsa-sha256',
    "bits" INTEGER NOT NULL DEFAULT 2048,
    "public_key" TEXT NOT NULL DEFAULT '',
    "private_key_sealed" TEXT,
    "private_key_hash" TEXT,
    "state" "DkimKeyState" NOT NULL DEFAULT 'requested',
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_at" TIMESTAMPTZ,
    "activate_after" TIMESTAMPTZ,
    "activated_at" TIMESTAMPTZ,
    "retired_at" TIMESTAMPTZ,
    "remove_after" TIMESTAMPTZ,

    CONSTRAINT "dkim_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dns_record" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "ttl_seconds" INTEGER NOT NULL DEFAULT 3600,
    "dkim_key_id" UUID,
    "note" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "dns_record_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dns_observation" (
    "record_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "found" JSONB NOT NULL,
    "checked_at" TIMESTAMPTZ NOT NULL,
    "since" TIMESTAMPTZ NOT NULL,
    "waiting_until" TIMESTAMPTZ,

    CONSTRAINT "dns_observation_pkey" PRIMARY KEY ("record_id")
);

-- CreateTable
CREATE TABLE "dns_provider" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "credential_sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dns_provider_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "AdminRole" NOT NULL,
    "password_hash" TEXT NOT NULL,
    "disabled_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "admin_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_grant" (
    "admin_id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,

    CONSTRAINT "admin_grant_pkey" PRIMARY KEY ("admin_id","domain_id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "admin_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "last_seen_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ,
    "address" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "one_time_link" (
    "id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,

    CONSTRAINT "one_time_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "domain_names" TEXT[],
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "release" BIGINT,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "probe" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "grade" TEXT NOT NULL,
    "is_stand_in" BOOLEAN NOT NULL DEFAULT false,
    "address" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "credential_sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "probe_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliverability_test" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "probe_id" UUID NOT NULL,
    "mailbox_id" UUID NOT NULL,
    "sender" TEXT NOT NULL,
    "grade" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ,
    "finished_at" TIMESTAMPTZ,
    "result" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "deliverability_test_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "report_file" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "kind" TEXT,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "size_bytes" INTEGER NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_name" TEXT NOT NULL,
    "original" BYTEA,

    CONSTRAINT "report_file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dmarc_report" (
    "id" UUID NOT NULL,
    "file_id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "policy_domain" TEXT NOT NULL,
    "reporter" TEXT NOT NULL,
    "report_id" TEXT NOT NULL,
    "begins_at" TIMESTAMPTZ NOT NULL,
    "ends_at" TIMESTAMPTZ NOT NULL,
    "policy" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "message_count" BIGINT NOT NULL,

    CONSTRAINT "dmarc_report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dmarc_row" (
    "report_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "source_ip" TEXT NOT NULL,
    "message_count" BIGINT NOT NULL,
    "disposition" TEXT NOT NULL,
    "is_dkim_aligned" BOOLEAN NOT NULL,
    "is_spf_aligned" BOOLEAN NOT NULL,
    "header_from" TEXT NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "dmarc_row_pkey" PRIMARY KEY ("report_id","position")
);

-- CreateTable
CREATE TABLE "node" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "roles" TEXT[],
    "host_name" TEXT NOT NULL,
    "public_addresses" TEXT[],
    "agent_url" TEXT NOT NULL,
    "agent_fingerprint" TEXT NOT NULL,
    "agent_token_sealed" TEXT NOT NULL,
    "services" JSONB NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "confirmed_release" BIGINT NOT NULL DEFAULT 0,
    "held_at_release" BIGINT,
    "last_seen_at" TIMESTAMPTZ,
    "last_error" TEXT,
    "status" JSONB,
    "created_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ,

    CONSTRAINT "node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "node_hold" (
    "node_id" UUID NOT NULL,
    "map" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "applied_value" TEXT,
    "reason" TEXT NOT NULL,
    "words" TEXT NOT NULL DEFAULT '',
    "since" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "node_hold_pkey" PRIMARY KEY ("node_id","map","domain","key")
);

-- CreateTable
CREATE TABLE "node_delivery" (
    "id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "from_release" BIGINT NOT NULL,
    "to_release" BIGINT NOT NULL,
    "started_at" TIMESTAMPTZ NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "state" TEXT NOT NULL,
    "words" TEXT NOT NULL DEFAULT '',
    "stages" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "node_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release" (
    "number" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "domain_names" TEXT[],
    "batch_id" UUID,

    CONSTRAINT "release_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "release_change" (
    "release" BIGINT NOT NULL,
    "map" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,

    CONSTRAINT "release_change_pkey" PRIMARY KEY ("release","map","domain","key")
);

-- CreateTable
CREATE TABLE "entry" (
    "map" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "release" BIGINT NOT NULL,

    CONSTRAINT "entry_pkey" PRIMARY KEY ("map","domain","key")
);

-- CreateTable
CREATE TABLE "map_hash" (
    "map" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "map_hash_pkey" PRIMARY KEY ("map","domain")
);

-- CreateIndex
CREATE UNIQUE INDEX "domain_name_key" ON "domain"("name");

-- CreateIndex
CREATE INDEX "domain_home_node_id_idx" ON "domain"("home_node_id");

-- CreateIndex
CREATE UNIQUE INDEX "domain_alias_name_key" ON "domain_alias"("name");

-- CreateIndex
CREATE INDEX "domain_alias_domain_id_idx" ON "domain_alias"("domain_id");

-- CreateIndex
CREATE UNIQUE INDEX "hosted_name_domain_id_key" ON "hosted_name"("domain_id");

-- CreateIndex
CREATE UNIQUE INDEX "hosted_name_domain_alias_id_key" ON "hosted_name"("domain_alias_id");

-- CreateIndex
CREATE UNIQUE INDEX "address_domain_id_local_part_key" ON "address"("domain_id", "local_part");

-- CreateIndex
CREATE UNIQUE INDEX "mailbox_address_id_key" ON "mailbox"("address_id");

-- CreateIndex
CREATE UNIQUE INDEX "mailbox_storage_id_key" ON "mailbox"("storage_id");

-- CreateIndex
CREATE INDEX "mailbox_domain_id_idx" ON "mailbox"("domain_id");

-- CreateIndex
CREATE UNIQUE INDEX "credential_login_key" ON "credential"("login");

-- CreateIndex
CREATE INDEX "credential_mailbox_id_idx" ON "credential"("mailbox_id");

-- CreateIndex
CREATE INDEX "sender_grant_sender_idx" ON "sender_grant"("sender");

-- CreateIndex
CREATE UNIQUE INDEX "alias_address_id_key" ON "alias"("address_id");

-- CreateIndex
CREATE INDEX "alias_domain_id_idx" ON "alias"("domain_id");

-- CreateIndex
CREATE INDEX "alias_target_target_idx" ON "alias_target"("target");

-- CreateIndex
CREATE UNIQUE INDEX "dkim_key_domain_id_selector_key" ON "dkim_key"("domain_id", "selector");

-- CreateIndex
CREATE UNIQUE INDEX "dns_record_domain_id_purpose_name_type_value_key" ON "dns_record"("domain_id", "purpose", "name", "type", "value");

-- CreateIndex
CREATE UNIQUE INDEX "dns_provider_name_key" ON "dns_provider"("name");

-- CreateIndex
CREATE UNIQUE INDEX "admin_email_key" ON "admin"("email");

-- CreateIndex
CREATE INDEX "admin_grant_domain_id_idx" ON "admin_grant"("domain_id");

-- CreateIndex
CREATE INDEX "session_admin_id_idx" ON "session"("admin_id");

-- CreateIndex
CREATE UNIQUE INDEX "one_time_link_token_hash_key" ON "one_time_link"("token_hash");

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");

-- CreateIndex
CREATE INDEX "audit_entry_domain_names_idx" ON "audit_entry" USING GIN ("domain_names");

-- CreateIndex
CREATE UNIQUE INDEX "probe_name_key" ON "probe"("name");

-- CreateIndex
CREATE INDEX "deliverability_test_domain_id_created_at_idx" ON "deliverability_test"("domain_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "report_file_sha256_key" ON "report_file"("sha256");

-- CreateIndex
CREATE INDEX "report_file_received_at_idx" ON "report_file"("received_at");

-- CreateIndex
CREATE INDEX "dmarc_report_domain_id_ends_at_idx" ON "dmarc_report"("domain_id", "ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "dmarc_report_reporter_report_id_policy_domain_begins_at_end_key" ON "dmarc_report"("reporter", "report_id", "policy_domain", "begins_at", "ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "node_name_key" ON "node"("name");

-- CreateIndex
CREATE INDEX "node_delivery_node_id_to_release_idx" ON "node_delivery"("node_id", "to_release");

-- CreateIndex
CREATE INDEX "release_domain_names_idx" ON "release" USING GIN ("domain_names");

-- CreateIndex
CREATE INDEX "release_change_map_domain_release_idx" ON "release_change"("map", "domain", "release");

-- AddForeignKey
ALTER TABLE "domain" ADD CONSTRAINT "domain_home_node_id_fkey" FOREIGN KEY ("home_node_id") REFERENCES "node"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "domain" ADD CONSTRAINT "domain_dns_provider_id_fkey" FOREIGN KEY ("dns_provider_id") REFERENCES "dns_provider"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "domain_alias" ADD CONSTRAINT "domain_alias_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_domain_alias_id_fkey" FOREIGN KEY ("domain_alias_id") REFERENCES "domain_alias"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "address" ADD CONSTRAINT "address_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mailbox" ADD CONSTRAINT "mailbox_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mailbox" ADD CONSTRAINT "mailbox_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "address"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credential" ADD CONSTRAINT "credential_mailbox_id_fkey" FOREIGN KEY ("mailbox_id") REFERENCES "mailbox"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sender_grant" ADD CONSTRAINT "sender_grant_mailbox_id_fkey" FOREIGN KEY ("mailbox_id") REFERENCES "mailbox"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alias" ADD CONSTRAINT "alias_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alias" ADD CONSTRAINT "alias_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "address"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alias_target" ADD CONSTRAINT "alias_target_alias_id_fkey" FOREIGN KEY ("alias_id") REFERENCES "alias"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dkim_key" ADD CONSTRAINT "dkim_key_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dns_record" ADD CONSTRAINT "dns_record_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dns_record" ADD CONSTRAINT "dns_record_dkim_key_id_fkey" FOREIGN KEY ("dkim_key_id") REFERENCES "dkim_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dns_observation" ADD CONSTRAINT "dns_observation_record_id_fkey" FOREIGN KEY ("record_id") REFERENCES "dns_record"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "admin_grant" ADD CONSTRAINT "admin_grant_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "admin_grant" ADD CONSTRAINT "admin_grant_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliverability_test" ADD CONSTRAINT "deliverability_test_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliverability_test" ADD CONSTRAINT "deliverability_test_probe_id_fkey" FOREIGN KEY ("probe_id") REFERENCES "probe"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dmarc_report" ADD CONSTRAINT "dmarc_report_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "report_file"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dmarc_report" ADD CONSTRAINT "dmarc_report_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dmarc_row" ADD CONSTRAINT "dmarc_row_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "dmarc_report"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "node_hold" ADD CONSTRAINT "node_hold_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "node_delivery" ADD CONSTRAINT "node_delivery_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release_change" ADD CONSTRAINT "release_change_release_fkey" FOREIGN KEY ("release") REFERENCES "release"("number") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema language cannot say. Every line here is also at the end of a migration; a test compares them.

-- Names are stored in one form (A-labels and local parts in lower case): the database holds that too.
ALTER TABLE "domain" ADD CONSTRAINT "domain_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "domain_alias" ADD CONSTRAINT "domain_alias_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_has_one_owner" CHECK (num_nonnulls("domain_id", "domain_alias_id") <= 1);
ALTER TABLE "address" ADD CONSTRAINT "address_local_part_is_canonical" CHECK ("local_part" = lower("local_part"));
