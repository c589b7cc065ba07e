'use client'

import { buttonClass } from '@/components/ui/button-class'

/** The last resort, when a page throws. It cannot ask for the reader's language, so it says its one thing in both. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <div role="alert" className="mx-auto flex max-w-[640px] flex-col items-start gap-3 px-4 py-10">
      <h1 lang="en">This page could not be shown</h1>
      <p lang="fr">Cette page n’a pas pu être affichée.</p>
      {error.digest ? <p className="text-muted exact">{error.digest}</p> : null}
      <button type="button" onClick={() => location.reload()} className={buttonClass('primary')}>
        <span lang="en">Try again</span> · <span lang="fr">Réessayer</span>
      </button>
    </div>
  )
}
