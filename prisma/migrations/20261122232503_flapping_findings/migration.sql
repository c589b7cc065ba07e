-- AlterTable
ALTER TABLE "finding" ADD COLUMN     "flapping_since" TIMESTAMPTZ,
ADD COLUMN     "turns" TIMESTAMPTZ[];
