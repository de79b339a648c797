// Every operation and fault by the proxy that Mono's `wsdl` makes, as the real finance system's was made with .NET's.
// Standard input: name and value in turn, one a line, each in base 64; standard output the same.
using System;
using System.Collections.Generic;
using System.Text;
using System.Web.Services.Protocols;

static class Client
{
    static readonly Dictionary<string, string> told = new Dictionary<string, string>();

    static string Read() { var line = Console.ReadLine(); return line == null ? null : Decode(line); }
    static string Decode(string text) { return Encoding.UTF8.GetString(Convert.FromBase64String(text)); }

    static void Say(string name, object value)
    {
        var text = value is bool ? ((bool)value ? "true" : "false") : (string)value;
        foreach (var one in new[] { name, text })
            Console.WriteLine(Convert.ToBase64String(Encoding.UTF8.GetBytes(one)));
    }

    static Service Proxy(string password)
    {
        var service = new Service();
        service.Url = told["address"];
        service.SoapVersion = told["version"] == "1.2" ? SoapProtocolVersion.Soap12 : SoapProtocolVersion.Soap11;
        service.AuthHeaderValue = new AuthHeader { Username = told["user"], Password = password };
        return service;
    }

    static string Fault(Action call)
    {
        try { call(); } catch (SoapException fault) { return fault.Message; }
        return "no fault";
    }

    static void Main()
    {
        for (var name = Read(); name != null; name = Read()) told[name] = Read();
        var service = Proxy(told["password"]);
        var id = told["doc_id"];
        Say("index", service.FetchIndex());
        Say("document", service.FetchDoc(id));
        Say("processed", service.UpdateDocumentStatus(id, true));
        Say("index_after", service.FetchIndex());
        Say("history", service.FetchHistory(DateTime.Parse(told["since"])));
        Say("unprocessed", service.UpdateDocumentStatus(id, false));
        Say("sent", service.SendOrder(told["order"]));
        Say("faults/broken order", Fault(() => service.SendOrder(told["broken_order"])));
        Say("faults/unknown document", Fault(() => service.FetchDoc("nothing-of-this-name")));
        Say("faults/unknown status", Fault(() => service.UpdateDocumentStatus("nothing-of-this-name", true)));
        Say("faults/wrong password", Fault(() => Proxy("not the password").FetchIndex()));
        var changed = service.ChangePassword();
        Say("new_password", changed);
        Say("index_with_new_password", Proxy(changed).FetchIndex());
    }
}
