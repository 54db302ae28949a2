//! The parameters of a call: from the query, and from a body that is JSON, a form or multipart. They are kept as they
//! came; what type each must have is for the service to say.

use std::collections::BTreeMap;
use std::convert::Infallible;

use futures_util::stream;
use hyper::body::Bytes;
use serde_json::Value;

/// By name. What stands twice is taken from where it stands first, the query before the body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Params(BTreeMap<String, Param>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Param {
    /// Of a query, a form, or a part of multipart without a file name.
    Text(String),
    /// Of a body that is a JSON object: what stood behind the name.
    Json(Value),
    File(File),
}

/// A part of multipart that has a file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub name: String,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

impl Params {
    pub async fn read(query: Option<&str>, content_type: &str, body: &Bytes) -> Result<Params, String> {
        let mut params = Params::default();
        params.take_form(query.unwrap_or_default().as_bytes());
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            _ if body.is_empty() => {}
            "application/json" => params.take_json(body)?,
            "application/x-www-form-urlencoded" => params.take_form(body),
            "multipart/form-data" => params.take_multipart(content_type, body.clone()).await?,
            // The body of an upload has any type, and is for the service to take as it is.
            _ => {}
        }
        Ok(params)
    }

    pub fn get(&self, name: &str) -> Option<&Param> {
        self.0.get(name)
    }

    /// In the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Param)> {
        self.0.iter().map(|(name, param)| (name.as_str(), param))
    }

    /// The text of a parameter: a JSON string is one too, every other JSON value is its text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text()
    }

    fn put(&mut self, name: &str, param: Param) {
        self.0.entry(name.to_owned()).or_insert(param);
    }

    fn take_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.put(&name, Param::Text(value.into_owned()));
        }
    }

    fn take_json(&mut self, body: &Bytes) -> Result<(), String> {
        let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let Value::Object(members) = value else { return Err("the body is no JSON object".to_owned()) };
        for (name, value) in members {
            self.put(&name, Param::Json(value));
        }
        Ok(())
    }

    async fn take_multipart(&mut self, content_type: &str, body: Bytes) -> Result<(), String> {
        let wrong = |error: multer::Error| error.to_string();
        let boundary = multer::parse_boundary(content_type).map_err(wrong)?;
        let whole = stream::once(async move { Ok::<_, Infallible>(body) });
        let mut parts = multer::Multipart::new(whole, boundary);
        while let Some(part) = parts.next_field().await.map_err(wrong)? {
            let name = part.name().ok_or("a part has no name")?.to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let content_type = part.content_type().map(ToString::to_string);
            let param = match file_name {
                Some(file_name) => {
                    let bytes = part.bytes().await.map_err(wrong)?;
                    Param::File(File { name: file_name, content_type, bytes })
                }
                None => Param::Text(part.text().await.map_err(wrong)?),
            };
            self.put(&name, param);
        }
        Ok(())
    }
}

impl Param {
    /// None for a file.
    pub fn text(&self) -> Option<String> {
        match self {
            Param::Text(text) | Param::Json(Value::String(text)) => Some(text.clone()),
            Param::Json(value) => Some(value.to_string()),
            Param::File(_) => None,
        }
    }

    /// As JSON, whether it came as JSON or as its text. None for a file and for what is no JSON.
    pub fn json(&self) -> Option<Value> {
        match self {
            Param::Text(text) | Param::Json(Value::String(text)) => serde_json::from_str(text).ok(),
            Param::Json(value) => Some(value.clone()),
            Param::File(_) => None,
        }
    }
}
