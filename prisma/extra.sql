-- What Prisma's schema language cannot say. Every line here is also at the end of a migration; a test compares them.

-- Names are stored in one form (A-labels and local parts in lower case): the database holds that too.
ALTER TABLE "domain" ADD CONSTRAINT "domain_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "domain_alias" ADD CONSTRAINT "domain_alias_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_has_one_owner" CHECK (num_nonnulls("domain_id", "domain_alias_id") <= 1);
ALTER TABLE "address" ADD CONSTRAINT "address_local_part_is_canonical" CHECK ("local_part" = lower("local_part"));

-- A slot of a delegated domain is used again and again, by one key at a time (MAIL rule 32).
CREATE UNIQUE INDEX "dkim_key_selector_in_use" ON "dkim_key"("domain_id", "selector") WHERE "state" <> 'removed';

-- Of all findings the few that are wrong are asked for all the time, by check (lib/checks/filter-sql.ts).
CREATE INDEX "finding_wrong" ON "finding"("check", "level", "id") INCLUDE ("domain_id", "node_id", "since", "acknowledged_until") WHERE "level" IN ('attention', 'broken');

-- Of all keys those on their way are what open pages follow (lib/live/queries.ts).
CREATE INDEX "dkim_key_on_its_way" ON "dkim_key"("state") WHERE "state" <> 'active' AND "state" <> 'removed' AND NOT ("is_spare" AND "state" = 'published');

-- Rows of reports, a partition a month, so that old ones go as a whole (lib/dmarc/partitions.ts makes them).
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

-- Of all files the few whose mail is still to be verified.
CREATE INDEX "report_file_pending" ON "report_file"("id") WHERE "trust" = 'pending';

-- Of all files the few that the worker reads again.
CREATE INDEX "report_file_failed" ON "report_file"("next_try_at") WHERE "state" = 'failed' AND "next_try_at" IS NOT NULL;

-- Of all files those that go before the others (lib/retention/sweep-reports.ts).
CREATE INDEX "report_file_passing" ON "report_file"("received_at") WHERE "state" <> 'stored' OR "kind" = 'failure';

-- What came from an address by day: sums of a month count up from its first day.
CREATE VIEW "dmarc_source_day" AS
SELECT domain_id, month, month + (n - 1) AS day, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition,
       override, header_from, dkim, spf, sent[n] - coalesce(sent[n - 1], 0) AS message_count
  FROM dmarc_source_month CROSS JOIN generate_series(1, 31) AS n
 WHERE sent[n] <> coalesce(sent[n - 1], 0);
