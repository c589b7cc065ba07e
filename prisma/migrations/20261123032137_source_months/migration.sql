-- CreateTable
CREATE TABLE "dmarc_source_month" (
    "domain_id" UUID NOT NULL,
    "month" DATE NOT NULL,
    "source_ip" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "trust" TEXT NOT NULL,
    "is_dkim_aligned" BOOLEAN NOT NULL,
    "is_spf_aligned" BOOLEAN NOT NULL,
    "disposition" TEXT NOT NULL,
    "override" TEXT NOT NULL,
    "header_from" TEXT NOT NULL,
    "dkim" TEXT[],
    "spf" TEXT NOT NULL,
    "sent" BIGINT[],

    CONSTRAINT "dmarc_source_month_pkey" PRIMARY KEY ("domain_id","month","source_ip","identity")
);

-- CreateIndex
CREATE INDEX "dmarc_source_month_month_idx" ON "dmarc_source_month"("month");

-- AddForeignKey
ALTER TABLE "dmarc_source_month" ADD CONSTRAINT "dmarc_source_month_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is stored by day becomes a row a month, counted up.
INSERT INTO dmarc_source_month (domain_id, month, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf, sent)
SELECT domain_id, month, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf,
       ARRAY(SELECT coalesce(sum(c) FILTER (WHERE d < month + n), 0)::bigint
               FROM generate_series(1, 31) n CROSS JOIN unnest(days, counts) AS x(d, c) GROUP BY n ORDER BY n)
  FROM (SELECT domain_id, date_trunc('month', day)::date AS month, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned,
               disposition, override, header_from, dkim, spf, array_agg(day) AS days, array_agg(message_count) AS counts
          FROM dmarc_source_day GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) m;
DROP TABLE "dmarc_source_day";

-- What came from an address by day: sums of a month count up from its first day.
CREATE VIEW "dmarc_source_day" AS
SELECT domain_id, month, month + (n - 1) AS day, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition,
       override, header_from, dkim, spf, sent[n] - coalesce(sent[n - 1], 0) AS message_count
  FROM dmarc_source_month CROSS JOIN generate_series(1, 31) AS n
 WHERE sent[n] <> coalesce(sent[n - 1], 0);
