-- CreateTable
CREATE TABLE "address_name" (
    "address" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "checked_at" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "address_name_pkey" PRIMARY KEY ("address")
);

-- CreateIndex
CREATE INDEX "address_name_checked_at_idx" ON "address_name"("checked_at");
