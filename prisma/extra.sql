-- What Prisma's schema language cannot say. Every line here is also at the end of a migration; a test compares them.

-- Names are stored in one form (A-labels and local parts in lower case): the database holds that too.
ALTER TABLE "domain" ADD CONSTRAINT "domain_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "domain_alias" ADD CONSTRAINT "domain_alias_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_is_canonical" CHECK ("name" = lower("name"));
ALTER TABLE "hosted_name" ADD CONSTRAINT "hosted_name_has_one_owner" CHECK (num_nonnulls("domain_id", "domain_alias_id") <= 1);
ALTER TABLE "address" ADD CONSTRAINT "address_local_part_is_canonical" CHECK ("local_part" = lower("local_part"));

-- A slot of a delegated domain is used again and again, by one key at a time (MAIL rule 32).
CREATE UNIQUE INDEX "dkim_key_selector_in_use" ON "dkim_key"("domain_id", "selector") WHERE "state" <> 'removed';
