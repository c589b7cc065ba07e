declare module 'mailauth/lib/bimi/validate-svg' {
  /** Throws an Error with the first thing that a BIMI logo (SVG Tiny PS) must not be. */
  export function validateSvg(logo: string): true
}
