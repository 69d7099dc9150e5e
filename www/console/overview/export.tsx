import { useMutation } from "@tanstack/react-query";
import { call } from "../api/call.ts";
import { inPlainWords } from "../api/refusal.ts";
import { Action } from "../shell/action.tsx";
import { announce } from "../../announcements/announcements.ts";
import { useWho } from "../shell/who.ts";

/** The tenant as one document, to keep or to apply elsewhere. */
export function Export() {
  const { tenant_id } = useWho();
  const exporting = useMutation({
    mutationFn: async () => (await call<unknown>("GET", "tenant")).body,
    onSuccess: (document) => save(`${tenant_id}.json`, JSON.stringify(document, null, 2)),
    onError: (error) => announce(inPlainWords(error), "refused"),
  });
  return (
    <Action className="button" isBusy={exporting.isPending} onPress={() => exporting.mutate()}>
      Export as a document
    </Action>
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
