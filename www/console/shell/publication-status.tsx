/** In the masthead: whether everything that was saved is relied on everywhere. */
import { useQuery } from "@tanstack/react-query";
import { publication, publicationWords } from "../api/publication.ts";
import type { Promised } from "../api/wire.ts";

export function PublicationStatus() {
  const { data } = useQuery(publication);
  const { data: promised } = useQuery<Promised | null>({ queryKey: ["console", "promised"], enabled: false, initialData: null });
  if (data === undefined) {
    return <p className="publication" />;
  }
  const { state, text } = publicationWords(data, promised ?? undefined);
  return (
    <p className="publication" data-state={state.replace(" ", "-")}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <circle cx="6" cy="6" r="5" />
        {state === "published" && <path d="M3.500 6.200 5.300 8 8.500 4.300" />}
      </svg>
      <span>{text}</span>
    </p>
  );
}
