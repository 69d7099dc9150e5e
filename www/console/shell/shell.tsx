/** The frame around every page: where one is, who one is, and how far publication has come. */
import { Link, Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Button, RouterProvider } from "react-aria-components";
import { announce } from "../../announcements/announcements.ts";
import { inPlainWords } from "../api/refusal.ts";
import { logOut } from "../api/session.ts";
import type { ConsoleSession } from "../api/wire.ts";
import { Gate, LoggedIn } from "./gate.tsx";
import { Mark } from "../../brand/mark.tsx";
import { useKeptFocus } from "./kept-focus.ts";
import { PublicationStatus } from "./publication-status.tsx";
import { SessionOver } from "./session-over.tsx";
import { StatusRegion } from "../../announcements/status-region.tsx";
import { WhoContext } from "./who.ts";

const PLACES = [
  { to: "/", name: "Overview" },
  { to: "/resources", name: "Resources" },
  { to: "/applications", name: "Applications" },
  { to: "/clients", name: "Clients" },
  { to: "/roles", name: "Roles" },
  { to: "/users", name: "Users" },
  { to: "/keys", name: "Keys" },
  { to: "/audit", name: "Audit log" },
  { to: "/explain", name: "Explain" },
] as const;

export function Shell() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  if (path === "/logged-in") {
    return <LoggedIn />;
  }
  return <Gate>{(who) => <Frame who={who} />}</Gate>;
}

function Frame({ who }: { who: ConsoleSession }) {
  const router = useRouter();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  const [isMenuOpen, setMenuOpen] = useState(false);
  useEffect(() => setMenuOpen(false), [path]);
  return (
    <RouterProvider navigate={(to) => router.history.push(to)}>
      <WhoContext value={who}>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        <header className="masthead">
          <p className="brand">
            <Mark /> Audgate <span>console</span>
          </p>
          <p className="tenant">
            <span className="unseen">Tenant </span>
            <code>{who.tenant_id}</code>
          </p>
          <PublicationStatus />
          <div className="who">
            <span>{who.email}</span>
            <Button className="button quiet" onPress={() => logOut().catch((error: unknown) => announce(inPlainWords(error), "refused"))}>
              Log out
            </Button>
          </div>
          <button
            type="button"
            className="button menu-button"
            aria-expanded={isMenuOpen}
            aria-controls="places"
            onClick={() => setMenuOpen(!isMenuOpen)}
          >
            Menu
          </button>
        </header>
        <div className="frame">
          <nav id="places" className="places" aria-label="Console" data-open={isMenuOpen}>
            <ul>
              {PLACES.map(({ to, name }) => (
                <li key={to}>
                  <Link to={to} activeOptions={{ exact: to === "/", includeSearch: false }} activeProps={{ "aria-current": "page" }}>
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <main id="main" tabIndex={-1} ref={main}>
            <Outlet />
          </main>
        </div>
        <StatusRegion />
        <SessionOver userId={who.user_id} />
      </WhoContext>
    </RouterProvider>
  );
}
