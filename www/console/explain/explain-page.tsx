/** Why somebody gets a scope, or does not: told by the code that decides it. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "react-aria-components";
import { explanation, type Question, readOne } from "../api/queries.ts";
import { Refusal } from "../api/refusal.ts";
import { TextInput } from "../../form/fields.tsx";
import { Picker } from "../lists/picker.tsx";
import { Failed, Loading, Page, Section } from "../shell/page.tsx";
import { Answer } from "./answer.tsx";

export function ExplainPage() {
  const asked = useSearch({ from: "/explain" });
  const navigate = useNavigate();
  const [question, setQuestion] = useState<Record<keyof typeof asked, string>>({ client_id: "", user_id: "", resource: "", scope: "", ...asked });
  const set = (part: Partial<typeof question>): void => setQuestion({ ...question, ...part });
  const isComplete = question.client_id.trim() !== "" && question.resource.trim() !== "";
  const ask = (): void => {
    const entries = Object.entries(question).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== "");
    void navigate({ to: "/explain", search: Object.fromEntries(entries), replace: true });
  };
  return (
    <Page title="Explain" lead="Would this request get its scopes, and why? The answer comes from the code that decides real requests.">
      <form
        aria-label="Explain"
        onSubmit={(event) => {
          event.preventDefault();
          if (isComplete) {
            ask();
          }
        }}
      >
        <Section title="The request">
          <div className="pair">
            <Picker kind="client" label="Client" value={question.client_id} onChange={(client_id) => set({ client_id })} />
            <Picker kind="user" label="User" description="Leave it empty for the client itself." value={question.user_id} onChange={(user_id) => set({ user_id })} />
            <Picker kind="resource" label="Resource" value={question.resource} onChange={(resource) => set({ resource })} />
            <TextInput
              path="scope"
              label="Scope"
              description="With spaces between. Leave it empty to ask for all that is effective."
              value={question.scope}
              onChange={(scope) => set({ scope })}
              code
            />
          </div>
          <div className="answers start">
            <Button type="submit" className="button primary" isDisabled={!isComplete}>
              Explain
            </Button>
          </div>
        </Section>
      </form>
      {asked.client_id !== undefined && asked.resource !== undefined && (
        <Result question={{ client_id: asked.client_id, resource: asked.resource, user_id: asked.user_id, scope: asked.scope }} />
      )}
    </Page>
  );
}

function Result({ question }: { question: Question }) {
  // People choose resources by identifier; a request names them by URI.
  const resource = useQuery({
    queryKey: ["resource", "uri", question.resource],
    queryFn: async () => {
      if (question.resource.includes("/")) {
        return question.resource;
      }
      try {
        return (await readOne("resource", question.resource)).value.uri;
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) {
          return question.resource;
        }
        throw error;
      }
    },
  });
  const answer = useQuery({ ...explanation({ ...question, resource: resource.data ?? "" }), enabled: resource.data !== undefined });
  const error = resource.error ?? answer.error;
  return (
    <div aria-live="polite" className="card-after">
      {answer.data !== undefined ? <Answer explanation={answer.data} isAsked={question.scope !== undefined} /> : error === null ? <Loading what="the answer" /> : <Failed error={error} />}
    </div>
  );
}
