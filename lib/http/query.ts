/**
 * The query of a page with each value once: who writes a name twice (`?q=a&q=b`) is given the first, so that no page meets
 * a list where it expects text.
 */
export async function plainQuery<T extends object>(searchParams: Promise<T>): Promise<T> {
  const query = await searchParams
  return Object.fromEntries(
    Object.entries(query).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? (value as unknown[])[0] : value,
    ]),
  ) as T
}
