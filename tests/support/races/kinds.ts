/** The races, and what must hold after each (THREATS D1, D2). */
import { demand, demandAllRefused, isRefused, type Kind, type Race, type Run, successes } from "./race.ts";
import { type Answer, OWNER } from "./racing_shop.ts";

/** Runs one race and throws a `Violation` where it has more than one winner, or harmed one. */
export const runners: Record<Kind, (race: Race) => Promise<Run>> = { code, link, refresh, theft };

/** One authorization code: one redemption, and any replay by the code's own client takes back what it gave. */
async function code({ shop, user, run, contenders }: Race): Promise<Run> {
  const raced = await shop.code(user);
  const ran = await run((contender) => shop.redeemCode(contender, raced));
  demandAllRefused(ran.strangers, "a stranger gets nothing for a code");
  const winners = successes(ran.own);
  demand(winners.length <= 1, "a code gives tokens once", winners.length);
  const own = contenders.filter((contender) => contender === OWNER).length;
  demandOneRedemption(ran, own, winners.length);

  if (own === 1) {
    demand(winners.length === 1, "strangers do not keep the client from redeeming its code", ran.own);
    demand(await shop.isActive(winners[0]?.body["access_token"]), "strangers take nothing back");
    await demandLives(shop, winners[0], "strangers take nothing back");
  } else {
    for (const winner of winners) await demandDead(shop, winner);
  }
  demand(isRefused(await shop.redeemCode(OWNER, raced)), "a code that was raced for is used up");
  return ran;
}

/** One magic link: one login. A second click is merely refused. */
async function link({ shop, user, run }: Race): Promise<Run> {
  const before = await shop.countSessions(user);
  const raced = await shop.link(user);
  const ran = await run((contender) => shop.redeemLink(contender, raced));
  demandAllRefused(ran.strangers, "a stranger gets nothing for a link");
  const winners = successes(ran.own);
  demand(winners.length === 1, "a link logs in once", winners.length);
  demandOneRedemption(ran, ran.own.length, 1);
  demand((await shop.countSessions(user)) === before + 1, "a link begins one session");
  await demandLives(shop, winners[0], "what a link gave outlives later clicks");
  demand(isRefused(await shop.redeemLink(OWNER, raced)), "a link that was raced for is used up");
  return ran;
}

/** One refresh token: everybody of its client gets one and the same successor, which is the only live leaf. */
async function refresh({ shop, user, run }: Race): Promise<Run> {
  const raced = await shop.refreshToken(user);
  const ran = await run((contender) => shop.refresh(contender, raced));
  demandAllRefused(ran.strangers, "a stranger gets nothing for a refresh token");
  demand(successes(ran.own).length === ran.own.length, "a retry inside the window is answered", ran.own.find(isRefused));
  const leaf = oneLeaf(ran.own, "all contenders get one leaf");
  demand(leaf !== raced, "a rotation gives another token");
  demand(await shop.isActive(leaf), "the successor is the leaf");
  demand(!(await shop.isActive(raced)), "what was rotated is no leaf");

  const next = oneLeaf([await shop.refresh(OWNER, leaf), await shop.refresh(OWNER, leaf)], "a leaf has one successor");
  demand((await shop.isActive(next)) && !(await shop.isActive(leaf)), "there is one live leaf");
  demand(isRefused(await shop.refresh(OWNER, raced)), "a token older than the predecessor is refused");
  demand(isRefused(await shop.refresh(OWNER, next)), "and ends its family");
  return ran;
}

/** A leaf and its predecessor presented at once: retries get the leaf until it is used, then the family has ended. */
async function theft({ shop, user, run, random }: Race): Promise<Run> {
  const older = await shop.refreshToken(user);
  const leaf = oneLeaf([await shop.refresh(OWNER, older)], "a refresh token is rotated");
  const olderOnes = new Set<Answer>();
  const ran = await run(async (contender) => {
    const presentsOlder = random.chance(0.3);
    const answer = await shop.refresh(contender, presentsOlder ? older : leaf);
    if (presentsOlder) olderOnes.add(answer);
    return answer;
  });
  demandAllRefused(ran.strangers, "a stranger gets nothing for a refresh token");
  const given = successes(ran.own);
  const successors = leavesOf(given.filter((answer) => !olderOnes.has(answer)));
  const retried = leavesOf(given.filter((answer) => olderOnes.has(answer)));
  demand(successors.size <= 1, "a leaf has one successor", successors.size);
  demand(retried.size === 0 || (retried.size === 1 && retried.has(leaf)), "a retry gets the leaf", retried.size);
  const [successor] = [...successors];
  const ended = given.length < ran.own.length;
  demand(!ended || (ran.reasons.get("refresh_token_reused") ?? 0) === 1, "a family is ended once", [...ran.reasons]);
  const last = successor ?? leaf;
  demand((await shop.isActive(last)) === !ended, "the leaf lives unless the family was ended");
  demand(isRefused(await shop.refresh(OWNER, last)) === ended, "a refusal of the family's own token means its end");
  return ran;
}

/** Of the code's own contenders all but one are replays; the one may find its grant taken back already. */
function demandOneRedemption({ reasons }: Run, own: number, won: number): void {
  const takenBack = reasons.get("grant_revoked") ?? 0;
  demand(won + takenBack === 1, "exactly one contender redeems", [...reasons]);
  const replays = reasons.get("code_replayed") ?? 0;
  const exhausted = reasons.get("code_exhausted") ?? 0;
  demand(replays >= own - 1 && exhausted === 0, "every other one is a replay", [...reasons]);
}

async function demandLives(shop: Race["shop"], answer: Answer | undefined, claim: string): Promise<void> {
  const { status } = await shop.refresh(OWNER, String(answer?.body["refresh_token"]));
  demand(status === 200, claim, status);
}

async function demandDead(shop: Race["shop"], { body }: Answer): Promise<void> {
  demand(!(await shop.isActive(body["access_token"])), "a replay takes the access token back");
  demand(isRefused(await shop.refresh(OWNER, String(body["refresh_token"]))), "a replay takes the refresh token back");
}

function leavesOf(answers: Answer[]): Set<string> {
  return new Set(answers.map(({ body }) => String(body["refresh_token"])));
}

function oneLeaf(answers: Answer[], claim: string): string {
  const [leaf, ...others] = [...leavesOf(answers)];
  demand(answers.every(({ status }) => status === 200) && others.length === 0, claim, answers.map(({ status }) => status));
  return leaf ?? "";
}
