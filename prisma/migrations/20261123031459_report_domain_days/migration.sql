-- CreateTable
CREATE TABLE "dmarc_domain_day" (
    "day" DATE NOT NULL,
    "domain_id" UUID NOT NULL,
    "trust" TEXT NOT NULL,
    "aligned" BIGINT NOT NULL,
    "delivered" BIGINT NOT NULL,
    "stopped" BIGINT NOT NULL,

    CONSTRAINT "dmarc_domain_day_pkey" PRIMARY KEY ("day","domain_id","trust")
);

-- AddForeignKey
ALTER TABLE "dmarc_domain_day" ADD CONSTRAINT "dmarc_domain_day_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The sums of what is stored already.
INSERT INTO dmarc_domain_day (day, domain_id, trust, aligned, delivered, stopped)
SELECT day, domain_id, trust,
       coalesce(sum(message_count) FILTER (WHERE is_dkim_aligned OR is_spf_aligned), 0),
       coalesce(sum(message_count) FILTER (WHERE NOT is_dkim_aligned AND NOT is_spf_aligned AND disposition NOT IN ('quarantine', 'reject')), 0),
       coalesce(sum(message_count) FILTER (WHERE NOT is_dkim_aligned AND NOT is_spf_aligned AND disposition IN ('quarantine', 'reject')), 0)
  FROM dmarc_day GROUP BY 1, 2, 3;
