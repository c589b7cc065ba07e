'use client'

/** The last resort, when a page throws. It cannot ask for the reader's language, so it says its one thing in both. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <div role="alert" className="mx-auto flex max-w-[640px] flex-col items-start gap-3 px-4 py-10">
      <h1 className="text-2xl font-[620]">This page could not be shown</h1>
      <p lang="fr">Cette page n’a pas pu être affichée.</p>
      {error.digest ? <p className="text-muted font-mono text-[12.5px]">{error.digest}</p> : null}
      <button
        type="button"
        onClick={() => location.reload()}
        className="border-accent bg-accent text-on-accent min-h-8 cursor-pointer rounded-md border px-3 py-1.5 text-sm font-[550]"
      >
        Try again · <span lang="fr">Réessayer</span>
      </button>
    </div>
  )
}
