export function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="2.6" fill="currentColor" />
      <ellipse
        cx="10"
        cy="10"
        rx="9"
        ry="4.6"
        transform="rotate(-28 10 10)"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
      />
      <circle cx="17" cy="4.7" r="2" fill="var(--wait-fill)" />
    </svg>
  );
}
