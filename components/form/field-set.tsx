/** Fields that belong together under one heading. */
export function FieldSet({ legend, children }: { legend: string; children: React.ReactNode }) {
  return (
    <fieldset className="border-line flex flex-col gap-3 border-t pt-4">
      <legend className="float-left mb-1 w-full text-lg font-semibold">{legend}</legend>
      <div className="clear-both flex flex-col gap-3">{children}</div>
    </fieldset>
  )
}
