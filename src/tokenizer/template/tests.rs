use super::*;

/// Qwen's and SmolLM2's ChatML.
const CHATML: &str = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}\
    {{ '<|im_start|>system\nBe brief.<|im_end|>\n' }}{% endif %}\
    {{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

fn template(source: &str) -> ChatTemplate {
    ChatTemplate::new(source.into(), "<s>".to_owned(), "</s>".to_owned())
}

fn conversation() -> Vec<Message> {
    vec![Message::new("user", "Hello "), Message::new("assistant", "Hi."), Message::new("user", "茶?")]
}

#[test]
fn a_conversation_becomes_the_models_prompt() {
    assert_eq!(
        template(CHATML).render(&conversation(), true).unwrap(),
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello <|im_end|>\n<|im_start|>assistant\nHi.\
         <|im_end|>\n<|im_start|>user\n茶?<|im_end|>\n<|im_start|>assistant\n"
    );
}

#[test]
fn what_templates_use_of_python_is_there() {
    // Pieces of Llama 3.2's, Gemma's and Qwen 3's templates.
    let source = "{{- bos_token }}\n{%- if not date_string is defined %}{%- set date_string = strftime_now('%d %b %Y') %}\
        {%- endif %}{%- set ns = namespace(n=0) %}\n{%- for m in messages[::-1] %}\n    {%- if m.content.startswith('Hi') \
        and not(m.content.endswith('?')) %}{%- set ns.n = loop.index0 %}{%- endif %}\n{%- endfor %}\n\
        {{- messages[0].content | trim }}{{ messages[0].content.strip().split('l')[-1] }}{{ ns.n }} {{ date_string }}\
        {% if enable_thinking is defined and enable_thinking is false %}!{% endif %}{{ tools }}";
    let settings = [("date_string", "26 Jul 2024".into()), ("enable_thinking", false.into())];
    let settings = settings.map(|(key, value)| (key.to_owned(), value)).into();
    assert_eq!(template(source).render_with(&conversation(), false, &settings).unwrap(), "<s>Helloo1 26 Jul 2024!");
    let dated = template(source).render(&conversation(), false).unwrap();
    assert!(dated.ends_with(&strftime("%d %b %Y", clock::unix_ms())), "{dated}");
}

#[test]
fn a_template_may_refuse_and_may_not_run_forever() {
    let refused = template("{{ raise_exception('Roles must alternate.') }}").render(&conversation(), true);
    assert!(matches!(refused, Err(TemplateError::Refused(message)) if message == "Roles must alternate."));
    let endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    assert!(matches!(template(endless).render(&[], true), Err(TemplateError::Endless)));
    let recursive = "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}";
    assert!(matches!(template(recursive).render(&[], true), Err(TemplateError::Broken(_))));
    assert!(matches!(template("{% if %}").render(&[], true), Err(TemplateError::Broken(_))));
    let deep = "{{ ".to_owned() + &"(".repeat(100_000);
    assert!(matches!(template(&deep).render(&[], true), Err(TemplateError::Broken(_))));
}

#[test]
fn dates_are_pythons() {
    assert_eq!(
        strftime("%A %a %d %B %b %m %Y %y %H:%M:%S %% %q", 0.0),
        "Thursday Thu 01 January Jan 01 1970 70 00:00:00 % %q"
    );
    assert_eq!(strftime("%d %b %Y", 1_709_210_096_000.0), "29 Feb 2024");
    assert_eq!(strftime("%Y-%m-%d %H:%M:%S %", 4_133_980_799_999.0), "2100-12-31 23:59:59 %");
}
