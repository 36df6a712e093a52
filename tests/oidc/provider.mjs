// A certified OpenID Connect provider, on this machine: whoever types a name and any password is that person.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { load } from "./packages.mjs";

function signingKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: "test", use: "sig", alg: "RS256" };
}

/** For a browser that is somewhere else than cvp: "localhost" and "127.0.0.1" are two sites. */
export class TestProvider {
  /** `groups` of a name: what its claim says. */
  static async start({ redirect, groups }) {
    const { default: Provider } = await load("oidc-provider");
    const server = createServer();
    await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    const issuer = `http://localhost:${server.address().port}`;
    const client = { id: "cvp", secret: randomBytes(24).toString("base64url") };
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: [redirect],
          grant_types: ["authorization_code"],
          response_types: ["code"],
          token_endpoint_auth_method: "client_secret_basic",
        },
      ],
      jwks: { keys: [signingKey()] },
      cookies: { keys: [randomBytes(24).toString("base64url")] },
      pkce: { required: () => true },
      claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email"], groups: ["groups"] },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, preferred_username: id, email: `${id}@example.org`, groups: groups(id) }),
      }),
      features: { devInteractions: { enabled: true } },
    });
    server.on("request", provider.callback());
    return Object.assign(new TestProvider(), { issuer, client, server });
  }

  stop() {
    return new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }
}
