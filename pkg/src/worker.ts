/** The authorization server as a worker of its own, told apart from others by the hosts of its tenants. */
import { issuer } from "./entry/workerd.ts";

export { Account, Challenge, Directory } from "./entry/objects.ts";
export default issuer();
