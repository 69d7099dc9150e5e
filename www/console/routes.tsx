/** Which address shows which page. */
import { createRootRoute, createRoute, createRouter, Link } from "@tanstack/react-router";
import { ResourceList } from "./resources/resource-list.tsx";
import { NewResource } from "./resources/resource-new.tsx";
import { ResourcePage } from "./resources/resource-page.tsx";
import { Page } from "./shell/page.tsx";
import { Shell } from "./shell/shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NoSuchPage });
const at = { getParentRoute: () => root };

/** Texts of the address; whatever else it says is not for this page. */
function texts<const Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): { [Each in Name]?: string } => {
    const found = names.flatMap((name) => {
      const value = search[name];
      return value === undefined || value === "" ? [] : [[name, String(value)] as const];
    });
    return Object.fromEntries(found) as { [Each in Name]?: string };
  };
}

const searched = { ...at, validateSearch: texts("search") };

const tree = root.addChildren([
  createRoute({ ...at, path: "/", component: NoSuchPage }),
  createRoute({ ...at, path: "/logged-in" }),
  createRoute({ ...searched, path: "/resources/", component: ResourceList }),
  createRoute({ ...at, path: "/resources/new", component: NewResource }),
  createRoute({ ...at, path: "/resources/$id", component: ResourcePage }),
]);

export const router = createRouter({ routeTree: tree, basepath: "/console", trailingSlash: "never", scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function NoSuchPage() {
  return (
    <Page title="No such page">
      <p>
        There is nothing at this address. <Link to="/">Go to the overview</Link>
      </p>
    </Page>
  );
}
