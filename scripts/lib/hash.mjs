import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { checkout } from './state.mjs'

function* filesBelow(path, isWanted) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return
  if (!stat.isDirectory()) {
    if (isWanted(relative(checkout, path))) yield path
    return
  }
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name), isWanted)
}

/** SHA-256 (hex) over names and contents of the files below `paths` (relative to the checkout) that `isWanted` takes. */
export function hashOfFiles(paths, isWanted = () => true) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of filesBelow(join(checkout, path), isWanted)) {
      hash
        .update(`${relative(checkout, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return hash.digest('hex')
}
