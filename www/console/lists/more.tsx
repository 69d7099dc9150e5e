import { Action } from "../shell/action.tsx";

interface MoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** Reads the next page, where there is one. */
export function More({ query }: MoreProps) {
  if (!query.hasNextPage) {
    return null;
  }
  return (
    <p className="more">
      <Action className="button" isBusy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? "Loading…" : "Show more"}
      </Action>
    </p>
  );
}
