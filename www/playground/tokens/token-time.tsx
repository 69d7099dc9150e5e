/** How long a token is still good: issued, now, expires, clock tolerance, on a bar that moves with the clock. */
import { inShort, timeOfDay } from "../../time/duration.ts";
import { useWidth } from "../../time/use-width.ts";
import { useModel, useNow } from "../model-in-react.ts";
import type { Claims } from "./tokens.ts";

const HEIGHT = 46;
/** The share of the bar that the token's life takes; tolerance and what follows it take the rest. */
const LIFE = 0.8;
const TOLERANCE = 0.08;

export function TokenTime({ claims: { iat, exp } }: { claims: Claims }) {
  const { clockTolerance: tolerance } = useModel();
  const now = useNow();
  const [place, width] = useWidth<HTMLDivElement>();
  const state = now < iat - tolerance ? "early" : now < exp ? "good" : now < exp + tolerance ? "tolerated" : "over";
  const says = {
    early: `Not valid yet: issued ${inShort(iat - now)} from now`,
    good: `Good for another ${inShort(exp - now)}`,
    tolerated: `Expired; tolerated for another ${inShort(exp + tolerance - now)}`,
    over: `Refused: expired ${inShort(now - exp)} ago`,
  };
  return (
    <figure className="token-time" data-state={state}>
      <p className="token-time-says">{says[state]}</p>
      <div ref={place}>{width > 0 && <Bar iat={iat} exp={exp} tolerance={tolerance} now={now} width={width} />}</div>
    </figure>
  );
}

function Bar({ iat, exp, tolerance, now, width }: { iat: number; exp: number; tolerance: number; now: number; width: number }) {
  const inner = width - 2;
  const end = inner * LIFE;
  const refused = end + inner * TOLERANCE;
  const at =
    now <= exp
      ? Math.max(0, ((now - iat) / (exp - iat)) * end)
      : now <= exp + tolerance
        ? end + ((now - exp) / Math.max(1, tolerance)) * (refused - end)
        : Math.min(inner, refused + inner * 0.04);
  return (
    <svg width={width} height={HEIGHT} viewBox={`-1 0 ${width} ${HEIGHT}`} aria-hidden="true">
      <rect className="life" x={0} y={10} width={end} height={12} rx={2} />
      <rect className="life spent" x={0} y={10} width={Math.min(at, end)} height={12} rx={2} />
      <rect className="tolerance" x={end} y={10} width={refused - end} height={12} />
      <line className="end" x1={end} x2={end} y1={6} y2={26} />
      <line className="now" x1={at} x2={at} y1={4} y2={26} />
      <circle className="now-head" cx={at} cy={5} r={3.5} />
      <text className="tick" x={0} y={40}>
        issued {timeOfDay(iat)}
      </text>
      <text className="tick" x={end} y={40} textAnchor="end">
        expires {timeOfDay(exp)}
      </text>
      <text className="tick" x={inner} y={40} textAnchor="end">
        +{inShort(tolerance)}
      </text>
    </svg>
  );
}
