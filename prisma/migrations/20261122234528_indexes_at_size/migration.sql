-- DropIndex
DROP INDEX "finding_level_idx";

-- CreateIndex
CREATE INDEX "dns_observation_checked_at_idx" ON "dns_observation"("checked_at");

-- CreateIndex
CREATE INDEX "dns_observation_state_since_idx" ON "dns_observation"("state", "since");

-- CreateIndex
CREATE INDEX "dns_plan_created_at_idx" ON "dns_plan"("created_at");

-- CreateIndex
CREATE INDEX "deliverability_test_created_at_idx" ON "deliverability_test"("created_at");

-- Of all findings the few that are wrong are asked for all the time, by check (lib/checks/filter-sql.ts).
CREATE INDEX "finding_wrong" ON "finding"("check", "level", "id") INCLUDE ("domain_id", "node_id", "since", "acknowledged_until") WHERE "level" IN ('attention', 'broken');

-- Of all keys those on their way are what open pages follow (lib/live/queries.ts).
CREATE INDEX "dkim_key_on_its_way" ON "dkim_key"("state") WHERE "state" <> 'active' AND "state" <> 'removed' AND NOT ("is_spare" AND "state" = 'published');
