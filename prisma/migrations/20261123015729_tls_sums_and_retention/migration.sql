-- Of all files those that go before the others (lib/retention/sweep-reports.ts).
CREATE INDEX "report_file_passing" ON "report_file"("received_at") WHERE "state" <> 'stored' OR "kind" = 'failure';

-- The sums of the TLS reports that are stored already, as lib/tlsrpt/roll-up.ts makes them.
INSERT INTO tls_day (domain_id, day, organization, success_count, failure_count, report_count)
SELECT domain_id, ((begins_at + (ends_at - begins_at) / 2) AT TIME ZONE 'UTC')::date, organization,
       sum(success_count), sum(failure_count), count(*)
  FROM tls_report GROUP BY 1, 2, 3;

CREATE TEMPORARY TABLE failed AS
SELECT r.domain_id, ((r.begins_at + (r.ends_at - r.begins_at) / 2) AT TIME ZONE 'UTC')::date AS day, r.organization,
       detail->>'resultType' AS result_type, policy->>'type' AS policy_type,
       left(coalesce((SELECT string_agg(line, E'\n' ORDER BY place)
                        FROM jsonb_array_elements_text(policy->'strings') WITH ORDINALITY AS s(line, place)), ''), 1000) AS policy,
       coalesce(detail->>'receivingMxHostname', '') AS mx_host, coalesce(detail->>'sendingMtaIp', '') AS sender_ip,
       left(concat_ws(' · ', detail->>'failureReasonCode', detail->>'additionalInformation'), 500) AS reason,
       (detail->>'failedSessions')::bigint AS session_count
  FROM tls_report r, jsonb_array_elements(r.policies) AS policy, jsonb_array_elements(policy->'failures') AS detail;

INSERT INTO tls_failure_day (domain_id, day, identity, organization, result_type, policy_type, policy, mx_host, sender_ip, reason, session_count)
SELECT domain_id, day,
       md5(concat_ws(E'\x1f', organization, result_type, policy_type, policy, mx_host, sender_ip, reason)),
       organization, result_type, policy_type, policy, mx_host, sender_ip, reason, sum(session_count)
  FROM failed GROUP BY 1, 2, organization, result_type, policy_type, policy, mx_host, sender_ip, reason;
DROP TABLE failed;
