import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { publication, publicationWords } from "../api/publication.ts";
import { list } from "../api/queries.ts";
import { type Kind, KINDS } from "../api/wire.ts";
import { Failed, Loading, Page, Section } from "../shell/page.tsx";
import { useWho } from "../shell/who.ts";
import { grouped, moment } from "../../time/spans.ts";
import { Export } from "./export.tsx";
import { ThreeSteps } from "./three-steps.tsx";

/** Lists are counted so far and no further. */
const COUNTED = 100;

export function OverviewPage() {
  const { tenant: issuer, tenant_id } = useWho();
  return (
    <Page title="Overview" lead="This tenant, and how far what was saved has come.">
      <ThreeSteps />
      <Section title="Tenant" actions={<Export />}>
        <dl className="facts">
          <div>
            <dt>Identifier</dt>
            <dd>
              <code>{tenant_id}</code>
            </dd>
          </div>
          <div>
            <dt>Issuer</dt>
            <dd>
              <code>{issuer}</code>
            </dd>
          </div>
        </dl>
        <ul className="counts" aria-label="What there is">
          {(Object.keys(KINDS) as Kind[]).map((kind) => (
            <Count key={kind} kind={kind} />
          ))}
        </ul>
      </Section>
      <PublicationFacts />
    </Page>
  );
}

function Count({ kind }: { kind: Kind }) {
  const { data } = useInfiniteQuery(list(kind, { limit: COUNTED }));
  const first = data?.pages[0];
  const count = first === undefined ? "…" : first.next_cursor === undefined ? String(first.result.length) : `over ${COUNTED}`;
  return (
    <li>
      <Link to={`/${KINDS[kind].path}` as "/resources"}>
        <b>{count}</b> {KINDS[kind].many}
      </Link>
    </li>
  );
}

function PublicationFacts() {
  const { data, error, refetch } = useQuery(publication);
  if (data === undefined) {
    return (
      <Section title="Publication">
        {error === null ? <Loading what="the state of publication" /> : <Failed error={error} again={() => void refetch()} />}
      </Section>
    );
  }
  return (
    <Section title="Publication" help="What is saved here is written to the edge, where it is relied on once every copy can have it.">
      <dl className="facts">
        <div>
          <dt>State</dt>
          <dd>{publicationWords(data, undefined).text}</dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>
            <code>{data.version}</code>
          </dd>
        </div>
        <div>
          <dt>Last written</dt>
          <dd>{data.published_at === 0 ? "never" : `${moment(data.published_at)} UTC`}</dd>
        </div>
        {data.pending > 0 && (
          <div>
            <dt>Waiting</dt>
            <dd>{data.pending === 1 ? "one entry" : `${grouped(data.pending)} entries`}</dd>
          </div>
        )}
      </dl>
    </Section>
  );
}
