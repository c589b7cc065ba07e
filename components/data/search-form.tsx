import { buttonClass } from '@/components/ui/button-class'

/** A search over a list: a plain GET form, so the query stands in the URL. `/` is its key where JavaScript runs. */
export function SearchForm({ label, submit, value }: { label: string; submit: string; value: string }) {
  return (
    <form role="search" className="flex gap-2" method="get">
      <input
        type="search"
        name="q"
        aria-label={label}
        placeholder={label}
        defaultValue={value}
        data-search=""
        className="border-control bg-panel min-h-8 w-full min-w-0 rounded-md border px-2.5 sm:w-60"
      />
      <button type="submit" className={buttonClass('plain')}>
        {submit}
      </button>
    </form>
  )
}
