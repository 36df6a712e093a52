import { Alert, Button, Divider, Form, Input } from "antd";
import { useState } from "react";
import type { ApiError } from "../../api/error";
import { useSession } from "../../app/session";
import { useText } from "../../lang/language";
import { ErrorView } from "../../parts/error_view";
import { asApiError } from "../../parts/load";
import { useTrouble } from "./trouble";

export function SignInForm({ oidc }: { oidc: boolean }) {
  const { signin } = useText();
  const { api, enter } = useSession();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const trouble = useTrouble();

  const submit = async ({ name, password }: { name: string; password: string }) => {
    setBusy(true);
    setError(null);
    try {
      enter(await api.session.signIn(name.trim(), password));
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <>
      <h1>{signin.title}</h1>
      {trouble !== null && (
        <Alert className="signin-trouble" type="warning" showIcon role="alert" message={trouble} />
      )}
      <Form layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)}>
        <Form.Item name="name" label={signin.name} rules={[{ required: true, message: signin.needName }]}>
          <Input autoComplete="username" size="large" maxLength={64} />
        </Form.Item>
        <Form.Item
          name="password"
          label={signin.password}
          rules={[{ required: true, message: signin.needPassword }]}
        >
          <Input.Password autoComplete="current-password" size="large" maxLength={1000} />
        </Form.Item>
        {error && (
          <Form.Item>
            <ErrorView error={error} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" size="large" block loading={busy}>
          {signin.submit}
        </Button>
      </Form>
      {oidc && (
        <>
          <Divider plain>{signin.or}</Divider>
          <Button size="large" block href="/api/oidc/start">
            {signin.withOidc}
          </Button>
        </>
      )}
      <p className="faint signin-note">{signin.forgotten}</p>
    </>
  );
}
