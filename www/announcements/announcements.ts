/** What has just happened, for eyes and for screen readers. */

export interface Announcement {
  /** Tells two with the same words apart. */
  number: number;
  text: string;
  tone: "done" | "refused";
}

let current: Announcement | null = null;
let count = 0;
const listeners = new Set<() => void>();

export function announce(text: string, tone: Announcement["tone"] = "done"): void {
  count += 1;
  show({ number: count, text, tone });
}

export function dismiss(): void {
  show(null);
}

export function announcement(): Announcement | null {
  return current;
}

export function onAnnouncement(hear: () => void): () => void {
  listeners.add(hear);
  return () => listeners.delete(hear);
}

function show(next: Announcement | null): void {
  current = next;
  for (const hear of listeners) {
    hear();
  }
}
