-- How the last attempt at a DNS provider went, for the settings to show.
-- AlterTable
ALTER TABLE "dns_provider" ADD COLUMN     "last_try" JSONB;
