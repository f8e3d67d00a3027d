import { Device } from "../settings/device.tsx";
import { Log } from "../settings/log.tsx";
import { Safety } from "../settings/safety.tsx";
import { Tokens } from "../settings/tokens.tsx";
import { UserInformation } from "../settings/user.tsx";
import { Video } from "../settings/video.tsx";
import { Wake } from "../settings/wake.tsx";
import { WORDS } from "../words.ts";

/** System Settings. */
export function Settings({ user }: { readonly user: string }) {
  return (
    <main class="settings">
      <h1>{WORDS.rail.settings}</h1>
      <UserInformation user={user} />
      <Tokens />
      <Safety />
      <Device />
      <Video />
      <Wake />
      <Log />
      <p class="muted absent">{WORDS.absent}</p>
    </main>
  );
}
