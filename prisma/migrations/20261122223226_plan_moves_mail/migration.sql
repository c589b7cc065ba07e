-- AlterTable
ALTER TABLE "dns_plan" ADD COLUMN     "moves_mail" BOOLEAN NOT NULL DEFAULT false;
