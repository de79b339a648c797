// Every operation and fault by node's `soap`, which reads the WSDL. Standard input says what to call.
const soap = require('soap');
const told = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const namespace = 'http://www.dcsf.gov.uk/open/webservices/ots';

async function client(password) {
  const made = await soap.createClientAsync(told.wsdl, { forceSoap12Headers: told.version === '1.2' });
  made.addSoapHeader({ AuthHeader: { Username: told.user, Password: password } }, '', 'tns', namespace);
  return made;
}

async function result(made, operation, parameters) {
  const [answer] = await made[`${operation}Async`](parameters);
  return answer[`${operation}Result`];
}

async function fault(made, operation, parameters) {
  try {
    await result(made, operation, parameters);
  } catch (error) {
    const said = error.root ? error.root.Envelope.Body.Fault : { faultstring: String(error) };
    return said.faultstring || said.Reason.Text.$value || said.Reason.Text;
  }
  return 'no fault';
}

async function main() {
  const ours = await client(told.password);
  const status = (DocID, Processed) => ({ DocID, Processed });
  const answers = {
    index: await result(ours, 'FetchIndex', {}),
    document: await result(ours, 'FetchDoc', { DocID: told.doc_id }),
    processed: await result(ours, 'UpdateDocumentStatus', status(told.doc_id, true)),
    index_after: await result(ours, 'FetchIndex', {}),
    history: await result(ours, 'FetchHistory', { BeginDate: told.since }),
    unprocessed: await result(ours, 'UpdateDocumentStatus', status(told.doc_id, false)),
    sent: await result(ours, 'SendOrder', { Document: told.order }),
    faults: {
      'broken order': await fault(ours, 'SendOrder', { Document: told.broken_order }),
      'unknown document': await fault(ours, 'FetchDoc', { DocID: 'nothing-of-this-name' }),
      'unknown status': await fault(ours, 'UpdateDocumentStatus', status('nothing-of-this-name', true)),
      'wrong password': await fault(await client('not the password'), 'FetchIndex', {}),
    },
    new_password: await result(ours, 'ChangePassword', {}),
  };
  answers.index_with_new_password = await result(await client(answers.new_password), 'FetchIndex', {});
  console.log(JSON.stringify(answers));
}

main();
