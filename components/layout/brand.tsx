export function Brand() {
  return (
    <span className="text-text flex items-center gap-2 font-[650] tracking-[-0.01em]">
      <svg
        viewBox="0 0 20 20"
        className="text-accent size-5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d="M2.5 8 10 3l7.5 5v9h-15z" />
        <path d="m2.5 8 7.5 5 7.5-5" />
      </svg>
      Posthouse
    </span>
  )
}
