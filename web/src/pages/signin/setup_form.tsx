import { Button, Form, Input } from "antd";
import { useState } from "react";
import type { ApiError } from "../../api/error";
import { navigate } from "../../app/router";
import { useSession } from "../../app/session";
import { kSetupCode } from "../../app/setup_code";
import { useText } from "../../lang/language";
import { ErrorView } from "../../parts/error_view";
import { asApiError } from "../../parts/load";
import { kPasswordChars } from "../../text/password";

interface Values {
  token: string;
  name: string;
  password: string;
}

export function SetupForm() {
  const { signin } = useText();
  const { api, enter } = useSession();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async ({ token, name, password }: Values) => {
    setBusy(true);
    setError(null);
    try {
      const me = await api.session.setUp(token.trim(), name.trim(), password);
      navigate("/welcome", "replace");
      enter(me);
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <>
      <h1>{signin.setupTitle}</h1>
      <p>{signin.setupIntro}</p>
      <Form
        layout="vertical"
        requiredMark={false}
        initialValues={{ token: kSetupCode }}
        onFinish={(values: Values) => void submit(values)}
      >
        <Form.Item
          name="token"
          label={signin.token}
          extra={signin.tokenHint}
          rules={[{ required: true, message: signin.needToken }]}
        >
          <Input size="large" autoComplete="off" spellCheck={false} maxLength={200} />
        </Form.Item>
        <Form.Item name="name" label={signin.name} rules={[{ required: true, message: signin.needName }]}>
          <Input size="large" autoComplete="username" maxLength={64} />
        </Form.Item>
        <Form.Item
          name="password"
          label={signin.password}
          extra={signin.passwordHint(kPasswordChars)}
          rules={[{ required: true, min: kPasswordChars, message: signin.tooShort(kPasswordChars) }]}
        >
          <Input.Password size="large" autoComplete="new-password" maxLength={1000} />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={signin.repeat}
          dependencies={["password"]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue("password")
                  ? Promise.resolve()
                  : Promise.reject(new Error(signin.different)),
            }),
          ]}
        >
          <Input.Password size="large" autoComplete="new-password" maxLength={1000} />
        </Form.Item>
        {error && (
          <Form.Item>
            <ErrorView error={error} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" size="large" block loading={busy}>
          {signin.create}
        </Button>
      </Form>
    </>
  );
}
