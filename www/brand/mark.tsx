export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path className="mark-posts" d="M7 27V14.500a9 9 0 0 1 18 0V27" />
      <path className="mark-bar" d="M7 21 18 14.500" />
    </svg>
  );
}
