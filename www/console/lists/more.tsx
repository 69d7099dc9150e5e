import { Button } from "react-aria-components";

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
      <Button className="button" isPending={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? "Loading…" : "Show more"}
      </Button>
    </p>
  );
}
