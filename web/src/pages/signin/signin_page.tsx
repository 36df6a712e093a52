import { Card, Spin } from "antd";
import { useApi } from "../../app/session";
import { LanguageButton, LookButton } from "../../app/header_tools";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import icon from "../../app/icon.svg";
import { SetupForm } from "./setup_form";
import { SignInForm } from "./signin_form";
import "./signin.css";

export default function SignInPage() {
  const { signin, common } = useText();
  const api = useApi();
  const setup = useLoad("setup", () => api.session.setupState());
  return (
    <div className="signin">
      <header className="signin-tools">
        <LookButton />
        <LanguageButton />
      </header>
      <main className="signin-main">
        <section className="signin-intro">
          <img src={icon} alt="" width={56} height={56} />
          <p className="signin-brand">{common.product}</p>
          <p className="signin-tagline">{common.tagline}</p>
          <ul>
            {signin.points.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        </section>
        <Card className="signin-card">
          {setup.loading ? (
            <Spin aria-label={common.loading} />
          ) : (
            <Load of={setup}>
              {(state) => (state.needed ? <SetupForm /> : <SignInForm oidc={state.oidc} />)}
            </Load>
          )}
        </Card>
      </main>
    </div>
  );
}
