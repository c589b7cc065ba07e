const BROWSERS: [string, RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//],
]
const SYSTEMS: [string, RegExp][] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

/** `Firefox 140, Linux` of a User-Agent header: for people who look for their own session. Null where nothing is known. */
export function describeUserAgent(header: string | null): string | null {
  if (!header) return null
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(header)?.[1]
    if (version === undefined) continue
    const system = SYSTEMS.find(([, pattern]) => pattern.test(header))?.[0]
    return system ? `${name} ${version}, ${system}` : `${name} ${version}`
  }
  return header.split(/[\s/]/)[0]?.slice(0, 40) ?? null
}
