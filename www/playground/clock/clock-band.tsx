/** The clock, which can be moved, and how long things last by it. */
import { type ReactNode } from "react";
import { Button, Group, Tooltip, TooltipTrigger } from "react-aria-components";
import { dateOf, inShort, timeOfDay } from "../../time/duration.ts";
import { lanesOf } from "../../time/lanes.ts";
import { TimeLine } from "../../time/time-line.tsx";
import { useModel, useNow } from "../model-in-react.ts";

const ADVANCES = [
  [60, "+1 min"],
  [3_600, "+1 h"],
  [86_400, "+1 day"],
] as const;

const HINTS = {
  access: "then silent authentication, or a refresh",
  refresh: "each use gives a new one",
  rotation: "from the first one; then rotation ends",
  login: "fixed; begins anew at each authentication",
};

export function ClockBand() {
  const model = useModel();
  const now = useNow();
  const { resource, minted } = model;
  const lifetimes = { access_token_ttl: 0, refresh_token_ttl: 0, max_refresh_rotate: 0, ...resource };
  return (
    <section className="time" aria-labelledby="clock-heading">
      <Clock now={now} />
      <div className="lifetimes" role="group" aria-labelledby="lifetimes-caption">
        <h2 id="lifetimes-caption">How long things last at {resource?.name ?? "this resource"}</h2>
        <TimeLine lanes={lanesOf(lifetimes)} age={minted === undefined ? undefined : now - minted.token.claims.iat} hints={HINTS} areWordsSeen={false} />
      </div>
    </section>
  );
}

function Clock({ now }: { now: number }) {
  const model = useModel();
  const { clock, minted } = model;
  const { ahead } = clock;
  // The moment from which the minted token is refused, tolerance included.
  const pastExpiry = minted === undefined ? undefined : minted.token.claims.exp + model.clockTolerance;
  const move = (moment: number | undefined): void => {
    if (moment !== undefined) {
      model.change(() => clock.moveTo(moment));
    }
  };
  return (
    <div className="clock">
      <h2 id="clock-heading">Clock</h2>
      <p className="clock-reading">
        <time id="clock-time" dateTime={new Date(now * 1_000).toISOString()}>
          {timeOfDay(now)}
        </time>{" "}
        <span id="clock-date">{dateOf(now)} UTC</span>
      </p>
      <p className="clock-ahead" id="clock-ahead" role="status">
        {ahead === 0 ? "In step with real time" : `${inShort(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} real time`}
      </p>
      <Group className="clock-buttons" aria-label="Move the clock">
        {ADVANCES.map(([seconds, name]) => (
          <Button key={seconds} className="button small" data-advance={seconds} onPress={() => move(clock.now + seconds)}>
            {name}
          </Button>
        ))}
        <Told tip={pastExpiry === undefined ? "There is no token yet" : "To the moment from which the token is refused"}>
          <Button className="button small" id="past-expiry" aria-disabled={pastExpiry === undefined} onPress={() => move(pastExpiry)}>
            Past expiry
          </Button>
        </Told>
        {/* Not disabled: that would take the focus away from under the finger that pressed it. */}
        <Button className="button small" id="real-time" aria-disabled={ahead === 0} onPress={() => move(clock.now - clock.ahead)}>
          Real time
        </Button>
      </Group>
    </div>
  );
}

function Told({ tip, children }: { tip: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={400}>
      {children}
      <Tooltip className="tip" placement="bottom">
        {tip}
      </Tooltip>
    </TooltipTrigger>
  );
}
