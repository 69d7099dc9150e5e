/** Which address shows which page. */
import { createRootRoute, createRoute, createRouter, Link } from "@tanstack/react-router";
import { ApplicationList } from "./applications/application-list.tsx";
import { NewApplication } from "./applications/application-new.tsx";
import { ApplicationPage } from "./applications/application-page.tsx";
import { AuditPage } from "./audit/audit-page.tsx";
import { ClientList } from "./clients/client-list.tsx";
import { NewClient } from "./clients/client-new.tsx";
import { ClientPage } from "./clients/client-page.tsx";
import { ExplainPage } from "./explain/explain-page.tsx";
import { KeyPage } from "./keys/key-page.tsx";
import { OverviewPage } from "./overview/overview-page.tsx";
import { ResourceList } from "./resources/resource-list.tsx";
import { NewResource } from "./resources/resource-new.tsx";
import { ResourcePage } from "./resources/resource-page.tsx";
import { RoleList } from "./roles/role-list.tsx";
import { NewRole } from "./roles/role-new.tsx";
import { RolePage } from "./roles/role-page.tsx";
import { Page } from "./shell/page.tsx";
import { Shell } from "./shell/shell.tsx";
import { UserList } from "./users/user-list.tsx";
import { NewUser } from "./users/user-new.tsx";
import { UserPage } from "./users/user-page.tsx";

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

// Each has a name, as its types are lost where it stands in the list only.
const overview = createRoute({ ...at, path: "/", component: OverviewPage });
const loggedIn = createRoute({ ...at, path: "/logged-in" });
const resources = createRoute({ ...searched, path: "/resources", component: ResourceList });
const newResource = createRoute({ ...at, path: "/resources/new", component: NewResource });
const resource = createRoute({ ...at, path: "/resources/$id", component: ResourcePage });
const applications = createRoute({ ...searched, path: "/applications", component: ApplicationList });
const newApplication = createRoute({ ...at, path: "/applications/new", component: NewApplication });
const application = createRoute({ ...at, path: "/applications/$id", component: ApplicationPage });
const clients = createRoute({ ...searched, path: "/clients", component: ClientList });
const newClient = createRoute({ ...at, path: "/clients/new", validateSearch: texts("app_id"), component: NewClient });
const client = createRoute({ ...at, path: "/clients/$id", component: ClientPage });
const roles = createRoute({ ...searched, path: "/roles", component: RoleList });
const newRole = createRoute({ ...at, path: "/roles/new", component: NewRole });
const role = createRoute({ ...at, path: "/roles/$id", component: RolePage });
const users = createRoute({ ...searched, path: "/users", component: UserList });
const newUser = createRoute({ ...at, path: "/users/new", component: NewUser });
const user = createRoute({ ...at, path: "/users/$id", component: UserPage });
const keys = createRoute({ ...at, path: "/keys", component: KeyPage });
const audit = createRoute({ ...at, path: "/audit", validateSearch: texts("kind", "id"), component: AuditPage });
const explain = createRoute({ ...at, path: "/explain", validateSearch: texts("client_id", "user_id", "resource", "scope"), component: ExplainPage });

const tree = root.addChildren([
  overview, loggedIn,
  resources, newResource, resource,
  applications, newApplication, application,
  clients, newClient, client,
  roles, newRole, role,
  users, newUser, user,
  keys, audit, explain,
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
