/** The mark: an open eye. */
export function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" className="size-8" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M5.5 16C8.2 11.2 11.8 9 16 9s7.8 2.2 10.5 7c-2.7 4.8-6.3 7-10.5 7S8.2 20.8 5.5 16Z"
        className="fill-none stroke-accent-ink"
        strokeWidth="2.4"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="16" r="3.6" className="fill-accent-ink" />
    </svg>
  );
}
