import { Button, Descriptions, Form, Input, Segmented } from "antd";
import type { Language } from "../../api/session";
import { navigate } from "../../app/router";
import { useApi, useMe, useRights } from "../../app/session";
import { useLook, type Look } from "../../app/theme";
import { useSpeech, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { Page } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { kPasswordChars } from "../../text/password";

interface Passwords {
  old: string;
  fresh: string;
}

function PasswordForm() {
  const { admin, signin } = useText();
  const api = useApi();
  const { busy, act } = useAction();
  const [form] = Form.useForm<Passwords>();
  const save = async ({ old, fresh }: Passwords) => {
    if (await act(() => api.session.setPassword(old, fresh), admin.passwordChanged)) form.resetFields();
  };
  return (
    <Form<Passwords>
      form={form}
      layout="vertical"
      requiredMark={false}
      className="account-form"
      onFinish={(values) => void save(values)}
    >
      <Form.Item
        name="old"
        label={admin.oldPassword}
        rules={[{ required: true, message: signin.needPassword }]}
      >
        <Input.Password autoComplete="current-password" maxLength={1000} />
      </Form.Item>
      <Form.Item
        name="fresh"
        label={admin.newPassword}
        extra={signin.passwordHint(kPasswordChars)}
        rules={[{ required: true, min: kPasswordChars, message: signin.tooShort(kPasswordChars) }]}
      >
        <Input.Password autoComplete="new-password" maxLength={1000} />
      </Form.Item>
      <Button htmlType="submit" loading={busy}>
        {admin.changePassword}
      </Button>
    </Form>
  );
}

export default function AccountPage() {
  const { admin, common } = useText();
  const { language, setLanguage } = useSpeech();
  const { look, setLook } = useLook();
  const { user, version } = useMe();
  const { admin: isAdmin } = useRights();
  const api = useApi();
  const speak = (next: Language) => {
    setLanguage(next);
    api.session.setLanguage(next).catch(() => undefined);
  };
  const looks = (Object.keys(common.looks) as Look[]).map((value) => ({ value, label: common.looks[value] }));
  return (
    <Page title={admin.account} intro={admin.accountIntro}>
      <div className="stack">
        <Descriptions
          column={1}
          bordered
          size="small"
          items={[
            { key: "name", label: admin.signedInAs, children: <Plain text={user.name} /> },
            {
              key: "role",
              label: admin.role,
              children: `${common.roles[user.role]} · ${common.roleHints[user.role]}`,
            },
            {
              key: "version",
              label: admin.version,
              children: (
                <>
                  <Plain text={version} /> · <a href="/licences.txt">{admin.licences}</a>
                </>
              ),
            },
          ]}
        />
        <h2>{admin.appearance}</h2>
        <div className="row">
          <Segmented<Language>
            value={language}
            aria-label={common.language}
            options={[
              { value: "zh", label: "中文" },
              { value: "en", label: "English" },
            ]}
            onChange={speak}
          />
          <Segmented<Look> value={look} aria-label={common.look} options={looks} onChange={setLook} />
          {isAdmin && <Button onClick={() => navigate("/welcome")}>{common.nav.welcome}</Button>}
        </div>
        <h2>{admin.changePassword}</h2>
        <PasswordForm />
      </div>
    </Page>
  );
}
