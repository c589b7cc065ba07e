-- AlterTable
ALTER TABLE "probe" ADD COLUMN     "removed_at" TIMESTAMPTZ;
